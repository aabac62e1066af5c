"""The HTTP server under the portal: uvicorn speaks HTTP, and nobody holds a thread while they are slow."""
