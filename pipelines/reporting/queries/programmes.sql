-- Every programme of the catalogue, with what may be said of its effect on the level of what it teaches. Of what is refused there is no effect that
-- could be withheld, whatever else of its row is.
select
    programmes.programme_id,
    programmes.programme_name,
    programmes.method,
    programmes.hours_jp,
    programmes.target_level,
    programmes.capacity,
    programmes.cost_per_participant_idr,
    programmes.provider,
    impact.n_treated,
    impact.att,
    impact.ci_low,
    impact.ci_high,
    impact.verdict,
    impact.cost_per_point,
    coalesce(impact.is_suppressed and (impact.n_treated is null or impact.verdict not like 'refused%'), false) as is_suppressed,
    impact.suppression_reason
from dim_training_programme as programmes
left join training_impact as impact
    on programmes.programme_id = impact.programme_id and impact.is_primary and impact.outcome = 'competence' and impact.scope_type = 'all'
where programmes.is_current
order by impact.verdict = 'credible_positive' desc nulls last, impact.att desc nulls last, programmes.programme_id
