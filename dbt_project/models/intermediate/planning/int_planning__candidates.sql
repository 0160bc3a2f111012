{{ config(materialized='table') }}

with demands as (

    select
        unit_id,
        office_unit_id,
        competency_code,
        position_class,
        required_level,
        assessed_level,
        class_weight,
        count(*) as n_people
    from {{ ref('int_planning__shortfalls') }}
    group by
        unit_id,
        office_unit_id,
        competency_code,
        position_class,
        required_level,
        assessed_level,
        class_weight

),

people_short as (

    select
        unit_id,
        competency_code,
        sum(n_people) as n_people_short
    from demands
    group by
        unit_id,
        competency_code

),

closed_types as (

    select distinct training_type_code
    from {{ rules_in_force_now('rule_training_audience') }}

),

options as (

    select
        demands.*,
        programmes.programme_id,
        programmes.capacity,
        programmes.cost_per_seat_idr,
        case when impact.programme_id is null then 'catalogue' else 'impact' end as value_source,
        greatest(least(demands.required_level, programmes.target_level) - demands.assessed_level, 0) as promised_levels,
        programmes.realised_share,
        programmes.realised_share_source,
        case
            when impact.programme_id is not null
                then
                    least(
                        impact.levels_per_seat,
                        cast(demands.required_level - demands.assessed_level as decimal(18, 4))
                    )
            else
                cast(
                    greatest(least(demands.required_level, programmes.target_level) - demands.assessed_level, 0)
                    * programmes.realised_share as decimal(18, 4)
                )
        end as levels_per_seat
    from demands
    inner join {{ ref('int_training__programme_competencies') }} as taught
        on demands.competency_code = taught.competency_code
    inner join {{ ref('int_planning__programmes') }} as programmes
        on
            taught.programme_id = programmes.programme_id
            and (programmes.home_unit_id is null or demands.office_unit_id = programmes.home_unit_id)
    left join {{ ref('int_planning__impact_estimates') }} as impact
        on
            taught.programme_id = impact.programme_id
            and taught.competency_code = impact.competency_code
    left join closed_types
        on programmes.training_type_code = closed_types.training_type_code
    left join {{ rules_in_force_now('rule_training_audience') }} as audience
        on
            programmes.training_type_code = audience.training_type_code
            and demands.position_class = audience.position_class
    where
        closed_types.training_type_code is null
        or audience.position_class is not null

)

select
    {{ surrogate_key([
        'options.unit_id', 'options.competency_code', 'options.position_class', 'options.required_level',
        'options.assessed_level'
    ]) }} as demand_key,
    options.unit_id,
    options.competency_code,
    options.programme_id,
    options.position_class,
    options.required_level,
    options.assessed_level,
    options.n_people,
    people_short.n_people_short,
    options.capacity,
    options.cost_per_seat_idr,
    options.value_source,
    options.promised_levels,
    options.realised_share,
    options.realised_share_source,
    options.levels_per_seat,
    weights.service_weight,
    options.class_weight,
    cast(
        round(options.levels_per_seat * weights.service_weight * options.class_weight, 6) as decimal(18, 6)
    ) as value_per_seat,
    weights.rule_set
from options
inner join people_short
    on
        options.unit_id = people_short.unit_id
        and options.competency_code = people_short.competency_code
inner join {{ ref('int_planning__service_weights') }} as weights
    on
        options.unit_id = weights.unit_id
        and options.competency_code = weights.competency_code
where options.levels_per_seat > 0
