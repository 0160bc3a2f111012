-- The effect by periods before and after the training; before it, an effect should not be there. What is refused has no figures.
select programme_id, outcome, event_time, att, ci_low, ci_high, band_low, band_high, n_treated, is_reference, is_suppressed,
    suppression_reason
from training_impact_event
where outcome in ('competence', 'work_rating') and {programme} and (att is not null or is_suppressed)
qualify count(att) over (partition by programme_id, outcome) > 0
order by programme_id, outcome, event_time
