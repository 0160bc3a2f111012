select
    rule_set,
    anticipation,
    min_controls,
    max_share_outside_overlap,
    min_treated_persons,
    min_treated_clusters,
    min_effective_clusters,
    min_treated_service_units,
    min_cohort,
    max_attrition_difference,
    min_leads,
    tested_leads,
    pretrend_level,
    max_q,
    min_breakdown
from {{ rules_in_force_now('rule_impact_specification') }}
