"""Parts of the bundle on implementation: each function takes the publisher and the context and publishes one thing."""
