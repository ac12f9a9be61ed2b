"""assess: is the corpus's language far from what the model knows, and which kind of adaptation is worth its money?"""
