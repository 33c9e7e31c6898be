"""Parts of the bundles that read several strands together: synthesis and summary."""
