{% set elements = ['u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7', 'u8', 'u9'] %}
{% set answered = [] %}
{% for element in elements %}
    {% do answered.append('responses.' ~ element ~ ' is not null') %}
{% endfor %}

select
    {{ surrogate_key(['responses.response_id']) }} as response_key,
    responses.response_id,
    responses.service_key,
    responses.unit_id,
    services.service_name,
    responses.responded_on,
    cast({{ dbt.date_trunc('quarter', 'responses.responded_on') }} as date) as quarter,
    responses.sex,
    responses.age_band,
    {% for element in elements %}
        responses.{{ element }},
    {% endfor %}
    {{ answered | join(' and ') }} as is_complete
from {{ ref('int_survey__latest_responses') }} as responses
left join {{ ref('dim_service') }} as services
    on responses.service_key = services.service_key
