with trainings as (

    select
        ancestors.year,
        ancestors.ancestor_unit_id as unit_id,
        count(distinct participations.employee_key) as n_trained,
        cast(sum(participations.hours_jp) as decimal(18, 4)) as hours_jp,
        cast(sum(participations.cost_idr) as bigint) as direct_cost_idr
    from {{ ref('int_training__participations') }} as participations
    inner join {{ ref('int_training__unit_ancestors') }} as ancestors
        on
            participations.credited_year = ancestors.year
            and participations.unit_id = ancestors.unit_id
    group by
        ancestors.year,
        ancestors.ancestor_unit_id

),

levels as (

    select
        ancestors.year,
        ancestors.ancestor_unit_id as unit_id,
        count(distinct closed.employee_key) as n_people_measured,
        cast(sum(closed.levels_closed) as bigint) as levels_closed
    from {{ ref('int_training__levels_closed') }} as closed
    inner join {{ ref('int_training__unit_ancestors') }} as ancestors
        on
            closed.year = ancestors.year
            and closed.unit_id = ancestors.unit_id
    group by
        ancestors.year,
        ancestors.ancestor_unit_id

),

needs as (

    select
        ancestors.year,
        ancestors.ancestor_unit_id as unit_id,
        count(*) as n_needs,
        count(distinct needs.employee_key) as n_people_in_need,
        count(needs.estimated_cost_idr) as n_needs_priced,
        cast(sum(case when needs.is_seat_counted then needs.estimated_cost_idr else 0 end) as bigint) as need_idr
    from {{ ref('int_training__needs') }} as needs
    inner join {{ ref('int_training__years') }} as years
        on needs.state_on = years.state_on
    inner join {{ ref('int_training__unit_ancestors') }} as ancestors
        on
            years.year = ancestors.year
            and needs.unit_id = ancestors.unit_id
    group by
        ancestors.year,
        ancestors.ancestor_unit_id

),

units as (

    select
        year,
        unit_id
    from trainings
    union
    select
        year,
        unit_id
    from levels
    union
    select
        year,
        unit_id
    from needs

)

select
    units.year,
    units.unit_id,
    coalesce(trainings.n_trained, 0) as n_trained,
    trainings.hours_jp,
    trainings.direct_cost_idr,
    coalesce(levels.n_people_measured, 0) as n_people_measured,
    levels.levels_closed,
    coalesce(needs.n_people_in_need, 0) as n_people_in_need,
    coalesce(needs.n_needs, 0) as n_needs,
    coalesce(needs.n_needs_priced, 0) as n_needs_priced,
    coalesce(needs.need_idr, 0) as need_idr
from units
{% for name in ['trainings', 'levels', 'needs'] %}
    left join {{ name }}
        on
            units.year = {{ name }}.year
            and units.unit_id = {{ name }}.unit_id
{% endfor %}
