"""The hot path: derivative channels, per-sample Jacobians, normal equations, LayerNorm of residual rows."""

from pinnln.kernels.activations import ACTIVATIONS, Activation
from pinnln.kernels.channels import Layer, Recording, Stack, Tape, propagate
from pinnln.kernels.damped_systems import AbstractSystem, Dual, NormalEquations, Triangle
from pinnln.kernels.embedding import Embedding
from pinnln.kernels.gram import accumulate_gram, accumulate_triangle, mirror_triangle
from pinnln.kernels.multi_index import MultiIndex, chain_rule, downward_closure, product_rule
from pinnln.kernels.nested_channels import NestedTape
from pinnln.kernels.normalization import layer_norm, rms_norm
from pinnln.kernels.normalization_layers import LayerNorm, RMSNorm
from pinnln.kernels.one_pass_loss import ResidualLoss, residual_loss, residual_loss_with_gradient
from pinnln.kernels.reference import centred_potential, common_mode_potential, uncentred_potential
from pinnln.kernels.tape import AbstractTape

__all__ = [
    "ACTIVATIONS",
    "AbstractSystem",
    "AbstractTape",
    "Activation",
    "Dual",
    "Embedding",
    "Layer",
    "LayerNorm",
    "MultiIndex",
    "NestedTape",
    "NormalEquations",
    "RMSNorm",
    "Recording",
    "ResidualLoss",
    "Stack",
    "Tape",
    "Triangle",
    "accumulate_gram",
    "accumulate_triangle",
    "centred_potential",
    "chain_rule",
    "common_mode_potential",
    "downward_closure",
    "layer_norm",
    "mirror_triangle",
    "product_rule",
    "propagate",
    "residual_loss",
    "residual_loss_with_gradient",
    "rms_norm",
    "uncentred_potential",
]
