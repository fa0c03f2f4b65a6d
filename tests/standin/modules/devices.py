import torch

cpu = torch.device("cpu")
collected = []


def torch_gc():
    collected.append(1)
