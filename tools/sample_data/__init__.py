"""The parts of tools/make_sample_data.py: texts, formats, plan and check."""
