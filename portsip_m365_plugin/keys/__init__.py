"""The app's key pairs: where they are kept, what is known about each, and what its certificate's state means."""
