#!/usr/bin/env python3
"""Prints golden values of resampling by scipy.signal.resample_poly for Tests/ECGCoreTests/ResamplerTests.swift.

Run with scipy and numpy installed: python3 scripts/golden/resampler.py
The input is round(9000 sin(0.02 i) + 3000 sin(0.11 i + 1)) for i in 0..<600; shown are 12 values from the middle on.
"""
import math

import numpy as np
from scipy.signal import firwin, resample_poly

signal = np.array([math.floor(9000 * math.sin(0.02 * i) + 3000 * math.sin(0.11 * i + 1) + 0.5) for i in range(600)])
for source, target in [(500, 100), (360, 500), (250, 500), (360, 250)]:
    divisor = math.gcd(source, target)
    up, down = target // divisor, source // divisor
    slower = max(up, down)
    taps = firwin(2 * 30 * slower + 1, 0.9 / slower, window=("kaiser", 0.1102 * (90 - 8.7)))
    result = resample_poly(signal.astype(float), up, down, window=taps)
    middle = len(result) // 2
    print(f"    ({source}, {target}): [{', '.join(f'{v:.2f}' for v in result[middle:middle + 12])}],")
