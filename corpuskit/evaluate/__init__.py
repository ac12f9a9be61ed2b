"""The proof: is the adapted model better, by how much, and how sure are we?"""
