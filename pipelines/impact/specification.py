"""What is estimated and under which rules it may be shown, declared before results are seen.

Every threshold stands here and nowhere else in the package; the numbers and the reasons for them are explained in
``docs/training-impact-method.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class ImpactError(ValueError):
    """A panel from which nothing can be estimated; the text says why and holds no personal data."""


class UnitKind(StrEnum):
    """What one unit of the panel is: the rules of a sufficient sample differ."""

    PERSON = "person"
    SERVICE_UNIT = "service_unit"


class Base(StrEnum):
    """The period with which periods before the training are compared: the one before each, or the last before training."""

    VARYING = "varying"
    UNIVERSAL = "universal"


class Controls(StrEnum):
    """Who stands for what would have happened without training."""

    NEVER = "never_trained"
    NEVER_AND_NOT_YET = "never_and_not_yet_trained"
    NOT_YET = "not_yet_trained"


@dataclass(frozen=True)
class Roles:
    """Which column of the panel plays which part. Without ``programme`` all treated are one programme; without ``cluster`` each
    unit is a cluster of its own.
    """

    unit: str
    period: str
    outcomes: tuple[str, ...]
    first_treated: str
    programme: str | None = None
    cluster: str | None = None
    covariates: tuple[str, ...] = ()
    strata: str | None = None

    def columns(self) -> tuple[str, ...]:
        """Every column that is read, each once."""
        named = (self.unit, self.period, *self.outcomes, self.first_treated, self.programme, self.cluster, *self.covariates, self.strata)
        return tuple(dict.fromkeys(name for name in named if name))


@dataclass(frozen=True)
class Thresholds:
    """The bounds of the rules of publication and of inference (shares and levels as fractions of one)."""

    min_controls: int = 30
    max_share_outside_overlap: float = 0.10
    max_propensity_treated: float = 0.95
    trim_propensity: float = 0.995
    min_treated_persons: int = 30
    min_treated_clusters: int = 10
    min_effective_clusters: int = 5
    min_treated_service_units: int = 20
    min_cohort: int = 5
    max_attrition_difference: float = 0.05
    attrition_level: float = 0.05
    min_leads: int = 2
    tested_leads: int = 5
    pretrend_level: float = 0.05
    confidence: float = 0.95
    max_q: float = 0.10
    min_breakdown: float = 0.5
    max_breakdown: float = 10.0
    mde_factor: float = 2.8
    band_draws: int = 9_999
    seed: int = 1271


@dataclass(frozen=True)
class Specification:
    """One declared analysis.

    ``anticipation``: periods before training in which an effect may already show, by programme (``anticipation_default`` where none is
    named). ``lower_is_better``: outcomes of which a fall is the benefit. ``ceiling``: highest possible value by outcome, else the highest
    that was observed. ``secondary``: whether the baselines and the estimators beside the primary one are computed.
    """

    roles: Roles
    unit_kind: UnitKind | None = None
    base: Base = Base.VARYING
    anticipation: dict[str, int] = field(default_factory=dict)
    anticipation_default: int = 0
    lower_is_better: frozenset[str] = frozenset()
    ceiling: dict[str, float] = field(default_factory=dict)
    kirkpatrick_level: dict[str, int] = field(default_factory=dict)
    thresholds: Thresholds = Thresholds()
    secondary: bool = True
    version: str = "1"
    data_as_of: str | None = None

    def anticipation_of(self, programme: str) -> int:
        """Periods before training in which a programme may already show."""
        return self.anticipation.get(programme, self.anticipation_default)

    @property
    def kind(self) -> UnitKind:
        """What a unit is: as declared, else service units where each unit is its own cluster."""
        if self.unit_kind is not None:
            return self.unit_kind
        clustered = self.roles.cluster is not None and self.roles.cluster != self.roles.unit
        return UnitKind.PERSON if clustered else UnitKind.SERVICE_UNIT
