{#
    What it is: for each year the people of professionalism_index and of talent_box are those of the units at the top in the
    open marts, before small cells are hidden.
    When it matters: always; a difference means that somebody is lost or counted twice on the way up the hierarchy.
    How to resolve it: look at units_not_attached and at the versions of the units that the difference comes from.
    Who mends it: whoever maintains the pipeline.
#}
{% set marts = [
    ('professionalism_index', 'professionalism_index_by_unit', 'true'),
    ('talent_box', 'talent_box_by_unit', 'people.box is not null'),
] %}

with people as (

    {% for restricted, open, counted in marts %}
        select
            '{{ restricted }}' as mart,
            people.year,
            people.state_on,
            count(*) as n_people
        from {{ ref(restricted) }} as people
        where
            people.unit_id is not null
            and {{ counted }}
        group by
            people.year,
            people.state_on
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

units as (

    {% for restricted, open, counted in marts %}
        select
            '{{ restricted }}' as mart,
            shown.year,
            shown.unit_id,
            sum(shown.n) as n_people
        from {{ ref(open) }} as shown
        group by
            shown.year,
            shown.unit_id
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    people.mart,
    people.year,
    people.n_people,
    sum(units.n_people) as n_at_the_top
from people
left join {{ ref('dim_unit') }} as tops
    on
        tops.depth = 0
        and people.state_on >= tops.valid_from
        and (tops.valid_to is null or people.state_on < tops.valid_to)
left join units
    on
        people.mart = units.mart
        and people.year = units.year
        and tops.unit_id = units.unit_id
group by
    people.mart,
    people.year,
    people.n_people
having coalesce(sum(units.n_people), 0) <> people.n_people
