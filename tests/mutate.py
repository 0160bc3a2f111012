"""Mutation testing of the pure core: one change at a time, and whether any test notices.

    python -m tests.mutate pipelines/privacy/identifiers.py tests/unit/test_masking.py tests/unit/test_privacy.py

Each change swaps one operator, bound, constant or condition of the module. A child process takes the changed module in place of the real
one and runs the tests until the first that fails. What no test notices is printed with its line. No file is changed.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import importlib.util
import io
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SECONDS = 120
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip


def changes(tree: ast.Module) -> Iterator[tuple[int, str, ast.Module]]:
    """Line, words and the changed module for each change; texts of documentation and names are left alone."""
    for number, node in enumerate(ast.walk(tree)):
        for what, change in _changes_of(node):
            changed = copy.deepcopy(tree)
            twin = next(one for at, one in enumerate(ast.walk(changed)) if at == number)
            before = ast.unparse(node)
            change(twin)
            yield getattr(node, "lineno", 0), f"{what}: {before} -> {ast.unparse(twin)}", ast.fix_missing_locations(changed)


def _changes_of(node: ast.AST) -> Iterator[tuple[str, object]]:
    if isinstance(node, ast.Compare):
        for at, operator in enumerate(node.ops):
            if type(operator) in SWAPS:
                yield "comparison", lambda twin, at=at: twin.ops.__setitem__(at, SWAPS[type(twin.ops[at])]())
    elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in SWAPS:
        yield "operator", lambda twin: setattr(twin, "op", SWAPS[type(twin.op)]())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "condition", lambda twin: (setattr(twin, "op", ast.Not()), setattr(twin, "operand", ast.UnaryOp(ast.Not(), twin.operand)))
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "constant", lambda twin: setattr(twin, "value", not twin.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield "constant", lambda twin: setattr(twin, "value", twin.value + 1)
    elif isinstance(node, ast.Return) and node.value is not None and not isinstance(node.value, ast.Constant):
        yield "return", lambda twin: setattr(twin, "value", ast.Constant(None))
    elif isinstance(node, ast.If | ast.IfExp):
        yield "condition", lambda twin: setattr(twin, "test", ast.UnaryOp(ast.Not(), twin.test))


def is_noticed(path: Path, name: str, changed: ast.Module, tests: list[str]) -> bool:
    """Whether the tests fail with the changed module in place of the real one."""
    child = os.fork()
    if child == 0:
        os._exit(_run(path, name, changed, tests))
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) != 0
        time.sleep(0.02)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return True


def _run(path: Path, name: str, changed: ast.Module, tests: list[str]) -> int:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            exec(compile(changed, str(path), "exec"), module.__dict__)
            setattr(importlib.import_module(name.rpartition(".")[0]), name.rpartition(".")[2], module)
        except BaseException:  # noqa: BLE001 - whatever a changed module does when it is loaded, the change is noticed
            return 1
        return int(pytest.main(["-x", "-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:randomly", *tests]))


def main(module: str, *tests: str) -> int:
    path, name = ROOT / module, module.removesuffix(".py").replace("/", ".")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if is_noticed(path, name, tree, list(tests)):
        print("the tests fail without any change")
        return 2
    every = list(changes(tree))
    survivors = []
    for line, what, changed in every:
        if not is_noticed(path, name, changed, list(tests)):
            survivors.append(f"{module}:{line}: {what}")
            print(survivors[-1], flush=True)
    print(f"{module}: {len(every) - len(survivors)} of {len(every)} changes are noticed")
    return int(bool(survivors))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
