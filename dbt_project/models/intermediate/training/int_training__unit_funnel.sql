{% set stages = ['accepted', 'declined', 'attended', 'no_show', 'completed'] %}

select
    ancestors.year,
    ancestors.ancestor_unit_id as unit_id,
    count(*) as n_invited,
    count(distinct participations.employee_key) as n_people_invited,
    {% for stage in stages %}
        sum(case when participations.is_{{ stage }} then 1 else 0 end) as n_{{ stage }},
        {% if stage != 'attended' %}
            count(distinct case when participations.is_{{ stage }} then participations.employee_key end)
                as n_people_{{ stage }},
        {% endif %}
    {% endfor %}
    sum(case when participations.is_accepted or participations.is_declined then 0 else 1 end) as n_unanswered,
    sum(
        case
            when participations.is_accepted and not participations.is_attended and not participations.is_no_show then 1
            else 0
        end
    ) as n_awaiting,
    sum(case when participations.is_attended and not participations.is_completed then 1 else 0 end) as n_not_completed,
    count(distinct case when refusals.is_repeat_refusal then participations.employee_key end) as n_repeat_refusers
from {{ ref('int_training__participations') }} as participations
inner join {{ ref('int_training__unit_ancestors') }} as ancestors
    on
        participations.invited_year = ancestors.year
        and participations.unit_id = ancestors.unit_id
left join {{ ref('int_training__refusals') }} as refusals
    on participations.participation_key = refusals.participation_key
group by
    ancestors.year,
    ancestors.ancestor_unit_id
