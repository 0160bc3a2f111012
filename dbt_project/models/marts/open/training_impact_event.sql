with events as (

    select
        events.*,
        case when events.event_time < 0 then shown.is_trend_shown else shown.is_effect_shown end as is_shown
    from {{ ref('stg_impact__events') }} as events
    inner join {{ ref('int_impact__shown') }} as shown
        on
            events.outcome = shown.outcome
            and events.programme_id = shown.programme_id

)

select
    programme_id,
    outcome,
    event_time,
    {% for figure in ('att', 'se', 'ci_low', 'ci_high', 'band_low', 'band_high') %}
        case when is_shown then {{ figure }} end as {{ figure }},
    {% endfor %}
    n_treated,
    is_reference,
    false as is_suppressed,
    cast(null as {{ dbt.type_string() }}) as suppression_reason
from events
