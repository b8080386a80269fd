"""A linear model with whole variables, and HiGHS, which solves it. It needs the extra `planner`."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import highspy

from homevolt.exceptions import HomevoltError

if TYPE_CHECKING:
    from collections.abc import Mapping

TIME_LIMIT_S = 20.0
_FEASIBLE = int(highspy.SolutionStatus.kSolutionStatusFeasible)
_TOLERANCES = (
    "mip_feasibility_tolerance",
    "primal_feasibility_tolerance",
    "dual_feasibility_tolerance",
)


class Minimum(NamedTuple):
    """What HiGHS found.

    Attributes:
        values: The value of each variable.
        cost: The cost.
        is_proven: Whether nothing can be cheaper; else the time was up.
    """

    values: list[float]
    cost: float
    is_proven: bool


@dataclass(slots=True)
class Model:
    """Variables and rows, collected before they are handed over at once.

    Attributes:
        costs: Cost of each variable.
        lows: Its lower bound.
        highs: Its upper bound.
        integers: The numbers of those that are whole.
        rows: Each with its lower bound, upper bound, and coefficients by variable.
        imports: The numbers of both parts of the import of each slot.
        offset: A constant cost.
    """

    costs: list[float] = field(default_factory=list)
    lows: list[float] = field(default_factory=list)
    highs: list[float] = field(default_factory=list)
    integers: list[int] = field(default_factory=list)
    rows: list[tuple[float, float, Mapping[int, float]]] = field(default_factory=list)
    imports: list[tuple[int, int]] = field(default_factory=list)
    offset: float = 0.0

    def add(self, cost: float = 0.0, low: float = 0.0, high: float = inf) -> int:
        """Add a variable and return its number."""
        self.costs.append(cost)
        self.lows.append(low)
        self.highs.append(high)
        return len(self.costs) - 1

    def add_binary(self) -> int:
        """Add a variable that is 0 or 1 and return its number."""
        number = self.add(high=1.0)
        self.integers.append(number)
        return number

    def require(self, low: float, high: float, coefficients: Mapping[int, float]) -> None:
        """Add a row: the sum of coefficients times variables is from low to high."""
        self.rows.append((low, high, coefficients))

    def minimise(self, gap: float, time_limit_s: float = TIME_LIMIT_S) -> Minimum:
        """Return the least cost, or the least that was found in time.

        Args:
            gap: How far from the best bound the cost may be, relative to the cost.
            time_limit_s: How long to search, in seconds of the clock on the wall.

        Raises:
            HomevoltError: Nothing was found.
        """
        solver = _QuietHighs()
        settings = {"mip_rel_gap": gap, "mip_abs_gap": gap, "time_limit": time_limit_s}
        for name, setting in {**settings, **dict.fromkeys(_TOLERANCES, 1e-9)}.items():
            solver.setOptionValue(name, setting)
        solver.passModel(self._program())
        solver.run()
        status, info = solver.getModelStatus(), solver.getInfo()
        in_time = (
            status == highspy.HighsModelStatus.kTimeLimit
            and info.primal_solution_status == _FEASIBLE
        )
        if status != highspy.HighsModelStatus.kOptimal and not in_time:
            raise HomevoltError(f"HiGHS found no plan: {solver.modelStatusToString(status)}.")
        solution = [float(each) for each in solver.getSolution().col_value]
        return Minimum(solution, float(info.objective_function_value), is_proven=not in_time)

    def _program(self) -> highspy.HighsLp:
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = len(self.costs), len(self.rows)
        program.offset_ = self.offset
        program.col_cost_ = self.costs
        program.col_lower_, program.col_upper_ = self.lows, self.highs
        program.row_lower_ = [low for low, _, _ in self.rows]
        program.row_upper_ = [high for _, high, _ in self.rows]
        matrix = program.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.num_col_, matrix.num_row_ = len(self.costs), len(self.rows)
        matrix.start_ = [0, *accumulate(len(row) for _, _, row in self.rows)]
        matrix.index_ = [number for _, _, row in self.rows for number in row]
        matrix.value_ = [value for _, _, row in self.rows for value in row.values()]
        if self.integers:
            kinds = [highspy.HighsVarType.kContinuous] * len(self.costs)
            for number in self.integers:
                kinds[number] = highspy.HighsVarType.kInteger
            program.integrality_ = kinds
        return program


class _QuietHighs(highspy.Highs):
    """HiGHS that prints nothing: its own set-up registers callbacks, and with them its banner."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()
        self.callbacks = []
        self.setOptionValue("output_flag", False)
