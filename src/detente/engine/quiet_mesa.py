"""Mesa, without what its progress bar says on import where a notebook has no widgets."""

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="IProgress not found")  # tqdm's; no bar is shown here
    import mesa
    from mesa.agentset import AgentSet

__all__ = ["AgentSet", "mesa"]
