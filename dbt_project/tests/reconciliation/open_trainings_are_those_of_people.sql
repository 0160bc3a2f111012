{#
    What it is: the open marts on training, before small cells are hidden, are the restricted ones added up by unit and
    everything below it: invitations and people by year, hours and cost, and the need of the newest day.
    When it matters: always; two releases of one night must not contradict each other.
    How to resolve it: compare the rows of one unit and year in both marts.
    Who mends it: whoever maintains the pipeline.
#}
with invitations as (

    select
        ancestors.year,
        ancestors.ancestor_unit_id as unit_id,
        count(*) as n_invited,
        sum(case when people.is_accepted then 1 else 0 end) as n_accepted,
        sum(case when people.is_declined then 1 else 0 end) as n_declined,
        sum(case when people.is_no_show then 1 else 0 end) as n_no_show,
        sum(case when people.is_completed then 1 else 0 end) as n_completed,
        count(distinct people.employee_key) as n_people_invited,
        count(distinct case when people.is_repeat_refusal then people.employee_key end) as n_repeat_refusers
    from {{ ref('training_participation') }} as people
    inner join {{ ref('int_training__unit_ancestors') }} as ancestors
        on
            people.invited_year = ancestors.year
            and people.unit_id = ancestors.unit_id
    group by
        ancestors.year,
        ancestors.ancestor_unit_id

),

trainings as (

    select
        ancestors.year,
        ancestors.ancestor_unit_id as unit_id,
        count(distinct people.employee_key) as n_trained,
        sum(people.hours_jp) as hours_jp,
        sum(people.cost_idr) as direct_cost_idr
    from {{ ref('training_participation') }} as people
    inner join {{ ref('int_training__unit_ancestors') }} as ancestors
        on
            people.credited_year = ancestors.year
            and people.unit_id = ancestors.unit_id
    group by
        ancestors.year,
        ancestors.ancestor_unit_id

),

needs as (

    select
        ancestors.year,
        ancestors.ancestor_unit_id as unit_id,
        count(distinct people.employee_key) as n_people_in_need,
        sum(case when people.is_seat_counted then people.estimated_cost_idr else 0 end) as need_idr
    from {{ ref('training_needs') }} as people
    inner join {{ ref('int_training__years') }} as years
        on years.is_now
    inner join {{ ref('int_training__unit_ancestors') }} as ancestors
        on
            years.year = ancestors.year
            and people.unit_id = ancestors.unit_id
    group by
        ancestors.year,
        ancestors.ancestor_unit_id

)

select
    units.unit_id,
    units.year,
    'training_participation_by_unit' as mart
from {{ ref('training_participation_by_unit') }} as units
full outer join invitations
    on
        units.year = invitations.year
        and units.unit_id = invitations.unit_id
where
    units.unit_id is null
    or units.n_invited <> coalesce(invitations.n_invited, 0)
    or units.n_accepted <> coalesce(invitations.n_accepted, 0)
    or units.n_declined <> coalesce(invitations.n_declined, 0)
    or units.n_no_show <> coalesce(invitations.n_no_show, 0)
    or units.n_completed <> coalesce(invitations.n_completed, 0)
    or units.n_people_invited <> coalesce(invitations.n_people_invited, 0)
    or units.n_repeat_refusers <> coalesce(invitations.n_repeat_refusers, 0)
union all
select
    units.unit_id,
    units.year,
    'training_budget_by_unit' as mart
from {{ ref('training_budget_by_unit') }} as units
inner join {{ ref('int_training__years') }} as years
    on units.year = years.year
left join trainings
    on
        units.year = trainings.year
        and units.unit_id = trainings.unit_id
left join needs
    on
        units.year = needs.year
        and units.unit_id = needs.unit_id
where
    units.n_trained <> coalesce(trainings.n_trained, 0)
    or coalesce(units.hours_jp, 0) <> coalesce(trainings.hours_jp, 0)
    or coalesce(units.direct_cost_idr, 0) <> coalesce(trainings.direct_cost_idr, 0)
    or (
        years.is_now
        and (
            units.n_people_in_need <> coalesce(needs.n_people_in_need, 0)
            or units.need_idr <> coalesce(needs.need_idr, 0)
        )
    )
