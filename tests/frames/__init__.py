"""Every frame right, on every shape of stream: numbered pictures through the installed command, over HTTP."""
