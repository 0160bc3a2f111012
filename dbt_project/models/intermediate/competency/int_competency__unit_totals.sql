select
    unit_id,
    competency_code,
    quarter,
    state_on,
    count(*) as n_employees,
    count(gap) as n_assessed,
    sum(case when gap > 0 then 1 else 0 end) as n_below_standard,
    sum(case when gap_status = 'expired' then 1 else 0 end) as n_expired,
    sum(required_level) as sum_required,
    sum(case when gap is not null then assessed_level end) as sum_assessed,
    sum(gap) as sum_gap
from {{ ref('int_competency__gaps_by_quarter') }}
where
    required_level is not null
    and unit_id is not null
group by
    unit_id,
    competency_code,
    quarter,
    state_on
