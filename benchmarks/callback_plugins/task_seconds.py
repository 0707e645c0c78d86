"""Callback of the benchmark: writes how long every task took to the file that ANON_TLS_TASK_SECONDS names."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import time
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: task_seconds
type: aggregate
short_description: How long every task took
description: For the benchmark of this collection.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "task_seconds"

    def __init__(self) -> None:
        super().__init__()
        self._started: list[tuple[str, float]] = []

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        self._started.append((task.name, time.perf_counter()))

    def v2_playbook_on_stats(self, stats: Any) -> None:
        ends = [moment for _name, moment in self._started[1:]] + [time.perf_counter()]
        seconds = [(name, end - start) for (name, start), end in zip(self._started, ends, strict=True)]
        with open(os.environ["ANON_TLS_TASK_SECONDS"], "w", encoding="utf-8") as file:
            json.dump(seconds, file)
