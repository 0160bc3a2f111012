-- The effect by periods before and after the training; before it, an effect should not be there.
-- Of what is refused nothing is shown, but the trend before the training where that is the reason.
select programme_id, outcome, event_time, att, ci_low, ci_high, band_low, band_high, n_treated, is_reference, is_suppressed,
    suppression_reason
from training_impact_event
where outcome in ('competence', 'work_rating') and {programme}
    and (programme_id, outcome) not in (
        select (programme_id, outcome) from training_impact
        where is_primary and verdict like 'refused%' and verdict <> 'refused_pretrend'
    )
    and (event_time < 0 or (programme_id, outcome) not in (
        select (programme_id, outcome) from training_impact where is_primary and verdict = 'refused_pretrend'
    ))
order by programme_id, outcome, event_time
