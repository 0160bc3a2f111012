-- What does each programme change, beyond doubt, and what does a point cost?
select
    programmes.programme_name,
    effects.outcome,
    effects.n_treated,
    effects.att,
    effects.ci_low,
    effects.ci_high,
    effects.verdict,
    effects.cost_per_point
from training_impact as effects
inner join dim_training_programme as programmes
    on effects.programme_id = programmes.programme_id and programmes.is_current
where effects.is_primary
order by effects.att desc nulls last
