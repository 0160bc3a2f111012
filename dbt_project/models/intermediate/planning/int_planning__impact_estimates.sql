{# Empty until an effect is credible: the plan then uses what the catalogue promises. #}
select
    estimates.programme_id,
    taught.competency_code,
    cast(estimates.att as decimal(18, 4)) as levels_per_seat
from {{ ref('stg_impact__estimates') }} as estimates
inner join {{ ref('int_training__programme_competencies') }} as taught
    on estimates.programme_id = taught.programme_id
where
    estimates.outcome = 'competence'
    and estimates.is_primary
    and estimates.verdict = 'credible_positive'
