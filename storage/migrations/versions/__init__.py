"""The steps, in order. Each names its columns by plain types, so that it does the same for ever."""
