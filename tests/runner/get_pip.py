"""Stands in for get-pip.py, which ansible-test would download: pip from ensurepip, then what was asked for."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
import sys

NOT_OF_PIP = ("--no-setuptools", "--no-wheel")

wanted = [argument for argument in sys.argv[1:] if argument not in NOT_OF_PIP]
subprocess.check_call([sys.executable, "-m", "ensurepip", "--upgrade"], stdout=subprocess.DEVNULL)
subprocess.check_call([sys.executable, "-m", "pip", "install", *wanted])
