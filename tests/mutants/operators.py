"""The mistakes: a syntax tree to every tree with one of them in it.

Left out are docstrings, types, imports and the words between the values of an f-string.
"""

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

Site: TypeAlias = tuple[ast.AST, str, int | None]
"""A place in a tree: a node, the name of one of its fields, and the index where the field is a list."""

ORDER: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
ARITHMETIC: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.BitXor: ast.BitAnd,
}
NAMES: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one mistake.

    Attributes:
        function: Where it is: `Transport.get`, or the name of a constant.
        before: The code that was, as Python writes it, its first two lines.
        after: The same with the mistake; `#2` behind it for the second equal one of a function.
        source: The whole module.
    """

    function: str
    before: str
    after: str
    source: str


def mutants_of(source: str) -> Iterator[Mutant]:
    """Yield every mutant of a module, in the order of its text."""
    tree = ast.parse(source)
    seen: Counter[tuple[str, str, str]] = Counter()
    for site, function, shown in sites(tree):
        for changed in mistakes(at(site)):
            before, after, text = with_change(tree, site, changed, shown)
            seen[function, before, after] += 1
            number = seen[function, before, after]
            yield Mutant(function, before, after + (f" #{number}" if number > 1 else ""), text)


def with_change(tree: ast.AST, site: Site, changed: ast.AST, shown: ast.AST) -> tuple[str, str, str]:
    """Return the code shown before and after a change, and the whole module with it; the tree stays as it was."""
    original, before = at(site), in_short(shown)
    put(site, changed)
    after, text = in_short(changed if shown is original else shown), ast.unparse(tree)
    put(site, original)
    return before, after, text


def in_short(node: ast.AST) -> str:
    """Return the code of a node, its first two lines in one."""
    return " / ".join(line.strip() for line in ast.unparse(node).split("\n")[:2])


def sites(tree: ast.Module) -> Iterator[tuple[Site, str, ast.AST]]:
    """Yield each place where a node stands, the function around it, and the code to show it by.

    A constant or an operator alone says nothing; it is shown by what stands around it.
    """

    def walk(node: ast.AST, function: str) -> Iterator[tuple[Site, str, ast.AST]]:
        for name, index, child in children(node):
            if is_left_out(node, name, child):
                continue
            alone = not isinstance(child, ast.Constant | ast.Name) or not isinstance(node, ast.expr)
            yield (node, name, index), function, child if alone or len(ast.unparse(node)) > MOST_AROUND else node
            yield from walk(child, f"{function}.{name_of(child)}".strip("."))

    return walk(tree, "")


def name_of(node: ast.AST) -> str:
    """Return the name of a function, a class or a constant of the module; `""` for every other node."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    return node.target.id if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) else ""


MOST_AROUND: Final = 100
"""Characters of code that still say where a constant stands; in longer code it is shown alone."""

TYPES: Final = {"annotation", "returns", "decorator_list", "type_params", "bases"}


def children(node: ast.AST) -> Iterator[tuple[str, int | None, ast.AST]]:
    """Yield the nodes below one, with where they stand."""
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            yield name, None, value
        elif isinstance(value, list):
            yield from ((name, index, one) for index, one in enumerate(value) if isinstance(one, ast.AST))


def is_left_out(parent: ast.AST, name: str, child: ast.AST) -> bool:
    """Say whether a part is no code: a type, a docstring, an import, the words of an f-string."""
    words = isinstance(parent, ast.JoinedStr) and isinstance(child, ast.Constant)
    text = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
    alias = isinstance(parent, ast.AnnAssign) and "TypeAlias" in ast.unparse(parent.annotation)
    return name in TYPES or words or text or alias or isinstance(child, ast.Import | ast.ImportFrom)


def at(site: Site) -> ast.AST:
    """Return the node at a place."""
    node, name, index = site
    found: ast.AST = getattr(node, name) if index is None else getattr(node, name)[index]
    return found


def put(site: Site, new: ast.AST) -> None:
    """Put a node at a place."""
    node, name, index = site
    if index is None:
        setattr(node, name, new)
    else:
        getattr(node, name)[index] = new


def mistakes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what a node could be by mistake."""
    for kinds, make in MAKERS:
        if isinstance(node, kinds):
            yield from make(node)


def other_comparison(node: ast.Compare) -> Iterator[ast.AST]:
    """The border, the direction, or the contrary."""
    for index, operator in enumerate(node.ops):
        for other in ORDER[type(operator)]:
            changed = copy.copy(node)
            changed.ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]
            yield changed


def other_join(node: ast.BoolOp) -> Iterator[ast.AST]:
    """`and` for `or`."""
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)


def other_sign(node: ast.BinOp) -> Iterator[ast.AST]:
    """Plus for minus, union for intersection."""
    if isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant):
        return
    yield ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right)


def without_not(node: ast.UnaryOp) -> Iterator[ast.AST]:
    """The `not` or the minus forgotten."""
    yield node.operand


def other_constant(node: ast.Constant) -> Iterator[ast.AST]:
    """The next number, the other flag, another text."""
    match node.value:
        case bool():
            yield ast.Constant(not node.value)
        case int() | float():
            yield ast.Constant(node.value + 1)
        case str():
            yield ast.Constant(f"XX{node.value}")
        case bytes():
            yield ast.Constant(b"XX" + node.value)


def other_condition(node: ast.If | ast.While | ast.IfExp) -> Iterator[ast.AST]:
    """The contrary of a condition that is no comparison."""
    if not isinstance(node.test, ast.Compare | ast.UnaryOp):
        changed = copy.copy(node)
        changed.test = ast.UnaryOp(ast.Not(), node.test)
        yield changed


def other_filter(node: ast.comprehension) -> Iterator[ast.AST]:
    """A filter left out."""
    if node.ifs:
        yield ast.comprehension(node.target, node.iter, [], node.is_async)


def no_value(node: ast.Return) -> Iterator[ast.AST]:
    """Nothing instead of the value."""
    if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield ast.Return(ast.Constant(None))


def left_out(node: ast.stmt) -> Iterator[ast.AST]:
    """A step left out."""
    if not isinstance(node, ast.Expr) or isinstance(node.value, ast.Call | ast.Yield | ast.YieldFrom):
        yield ast.Pass()


def other_growth(node: ast.AugAssign) -> Iterator[ast.AST]:
    """The other direction."""
    yield ast.AugAssign(node.target, ARITHMETIC[type(node.op)](), node.value)


def not_caught(node: ast.ExceptHandler) -> Iterator[ast.AST]:
    """An error passed on."""
    if not (len(node.body) == 1 and isinstance(node.body[0], ast.Raise) and node.body[0].exc is None):
        yield ast.ExceptHandler(node.type, node.name, [ast.Raise()])


def other_leap(node: ast.Break | ast.Continue) -> Iterator[ast.AST]:
    """`break` for `continue`."""
    yield ast.Continue() if isinstance(node, ast.Break) else ast.Break()


def other_name(node: ast.Name) -> Iterator[ast.AST]:
    """The least for the most, any for all."""
    if node.id in NAMES:
        yield ast.Name(NAMES[node.id], node.ctx)


Kinds: TypeAlias = type[ast.AST] | tuple[type[ast.AST], ...]

MAKERS: Final[tuple[tuple[Kinds, Callable[..., Iterator[ast.AST]]], ...]] = (
    (ast.Compare, other_comparison),
    (ast.BoolOp, other_join),
    (ast.BinOp, other_sign),
    (ast.UnaryOp, without_not),
    (ast.Constant, other_constant),
    ((ast.If, ast.While, ast.IfExp), other_condition),
    (ast.comprehension, other_filter),
    (ast.Return, no_value),
    ((ast.Expr, ast.Raise), left_out),
    (ast.AugAssign, other_growth),
    (ast.ExceptHandler, not_caught),
    ((ast.Break, ast.Continue), other_leap),
    (ast.Name, other_name),
)
"""Every sort of mistake by the sort of node that it is made in."""
