{#
    What it is: training_needs has each row of competency_gap with a shortfall once and nothing else, and the score of each is
    between 0 and 100.
    When it matters: always; a need that is lost is never funded, one that is doubled is funded twice.
    How to resolve it: look for overlapping versions of a unit or rows of rule_training_priority.
    Who mends it: whoever maintains the pipeline.
#}
select
    coalesce(gaps.employee_key, needs.employee_key) as employee_key,
    coalesce(gaps.competency_code, needs.competency_code) as competency_code
from (
    select
        employee_key,
        competency_code,
        gap
    from {{ ref('competency_gap') }}
    where gap_status = 'gap'
) as gaps
full outer join {{ ref('training_needs') }} as needs
    on
        gaps.employee_key = needs.employee_key
        and gaps.competency_code = needs.competency_code
where
    gaps.employee_key is null
    or needs.employee_key is null
    or gaps.gap <> needs.gap
    or needs.priority_score < 0
    or needs.priority_score > 100
    or (needs.recommended_programme is null) = (needs.no_programme_reason is null)
