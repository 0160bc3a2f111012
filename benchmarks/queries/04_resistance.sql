-- Who turns training down, and what for?
select
    units.unit_name,
    trainings.year,
    trainings.n_invited,
    trainings.decline_rate,
    trainings.no_show_rate,
    trainings.top_reason_group
from training_participation_by_unit as trainings
inner join dim_unit as units
    on trainings.unit_id = units.unit_id and units.is_current
where
    units.depth = 1
    and trainings.decline_rate is not null
order by trainings.year desc, trainings.decline_rate desc
limit 30
