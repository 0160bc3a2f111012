{# Of a day before all that is told of trainings, and before the first delivery, nobody knows who learnt. #}
select min(told_on) as first_told_on
from (
    select coalesce(ended_on, started_on, invited_on) as told_on
    from {{ ref('fct_training_participation') }}
    union all
    select delivery_on as told_on
    from {{ ref('int_refresh__deliveries') }}
    where extract = 'evaluation/training_participants'
) as told
