{#
    What it is: the participations, people and rupiah of the units at the top are those of all units, for each year: nothing is
    lost or counted twice on the way up the hierarchy. A person invited in two trees is one in each.
    When it matters: always; the city would not be the sum of its units.
    How to resolve it: look at units_not_attached, and for the units of the facts that int_training__unit_ancestors lacks.
    Who mends it: whoever maintains the pipeline.
#}
with roots as (

    select distinct
        year,
        ancestor_unit_id as unit_id
    from {{ ref('int_training__unit_ancestors') }}
    where is_root

),

top_of_the_tree as (

    select
        roots.year,
        count(*) as n_roots,
        sum(coalesce(participations.n_invited, 0)) as n_invited,
        sum(coalesce(participations.n_completed, 0)) as n_completed,
        sum(coalesce(participations.n_people_invited, 0)) as n_people_invited,
        sum(coalesce(participations.n_employees, 0)) as n_employees,
        sum(coalesce(budgets.allocated_idr, 0)) as allocated_idr,
        sum(coalesce(budgets.realised_idr, 0)) as realised_idr
    from roots
    left join {{ ref('training_participation_by_unit') }} as participations
        on
            roots.year = participations.year
            and roots.unit_id = participations.unit_id
    left join {{ ref('training_budget_by_unit') }} as budgets
        on
            roots.year = budgets.year
            and roots.unit_id = budgets.unit_id
    group by roots.year

),

invitations as (

    select
        invited_year as year,
        count(*) as n_invited,
        sum(case when is_completed then 1 else 0 end) as n_completed,
        count(distinct employee_key) as n_people_invited
    from {{ ref('training_participation') }}
    where unit_id is not null
    group by invited_year

),

people as (

    select
        years.year,
        count(*) as n_employees
    from {{ ref('int_training__years') }} as years
    inner join {{ ref('dim_employee') }} as employees
        on
            years.state_on >= employees.valid_from
            and (employees.valid_to is null or years.state_on < employees.valid_to)
    where
        years.is_staffed
        and employees.is_active
    group by years.year

),

budgets as (

    select
        year,
        sum(allocated_idr) as allocated_idr,
        sum(realised_idr) as realised_idr
    from {{ ref('fct_training_budget') }}
    group by year

)

select
    top_of_the_tree.*,
    invitations.n_invited as n_invited_in_all,
    people.n_employees as n_employees_in_all,
    budgets.allocated_idr as allocated_idr_in_all
from top_of_the_tree
left join invitations
    on top_of_the_tree.year = invitations.year
left join people
    on top_of_the_tree.year = people.year
left join budgets
    on top_of_the_tree.year = budgets.year
where
    top_of_the_tree.n_invited <> coalesce(invitations.n_invited, 0)
    or top_of_the_tree.n_completed <> coalesce(invitations.n_completed, 0)
    or top_of_the_tree.n_people_invited < coalesce(invitations.n_people_invited, 0)
    or (
        top_of_the_tree.n_roots = 1
        and top_of_the_tree.n_people_invited <> coalesce(invitations.n_people_invited, 0)
    )
    or top_of_the_tree.n_employees <> coalesce(people.n_employees, 0)
    or top_of_the_tree.allocated_idr <> coalesce(budgets.allocated_idr, 0)
    or top_of_the_tree.realised_idr <> coalesce(budgets.realised_idr, 0)
