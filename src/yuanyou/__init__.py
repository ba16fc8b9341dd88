"""Yuanyou (远游): everything a small operator needs to run a prepaid travel-SIM business."""
