"""Staff survey: response, weights, distributions, scales, and change between the waves."""
