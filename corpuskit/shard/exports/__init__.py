"""export: a shard set in the formats that other training tools load, with every token accounted for."""
