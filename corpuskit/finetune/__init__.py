"""Fine-tuning: labelled examples, tasks, and a run of each on the one training loop."""
