{{ config(materialized='table') }}

with latest_responses as (

    {{ latest_delivered(
        ref('stg_feedback__survey_responses'),
        ['response_id'],
        [
            'response_id',
            'instrument',
            'unit_id',
            'service_name',
            'responded_on',
            'sex',
            'age_band',
            'u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7', 'u8', 'u9',
        ]
    ) }}

)

select
    response_id,
    {{ surrogate_key(['unit_id', fold_text('service_name')]) }} as service_key,
    unit_id,
    {{ clean_blanks('service_name') }} as service_spelling,
    responded_on,
    sex,
    age_band,
    u1,
    u2,
    u3,
    u4,
    u5,
    u6,
    u7,
    u8,
    u9
from latest_responses
where instrument = 'SKM 9'
