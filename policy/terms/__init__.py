"""The policy file, the terms that a case was promised, and their amendment (PLAN)."""
