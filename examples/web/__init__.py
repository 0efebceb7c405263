"""How a web application says for which purpose it serves a request: plain ASGI, so for any framework."""
