"""Who the app is and who signs in: certificate, tokens, ID-token checks, and Entra's refusals explained."""
