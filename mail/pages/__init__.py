"""What customers see in a browser: pages that need no script and tell nobody where they came from."""
