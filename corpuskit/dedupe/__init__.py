"""dedupe: exact and near copies, verified, each with the survivor that stands for it."""
