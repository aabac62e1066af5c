"""The pages behind the sign-in, one module each."""
