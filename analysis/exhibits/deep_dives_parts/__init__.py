"""Parts of the deep dives' bundle: each function takes the publisher and the context and publishes one thing."""
