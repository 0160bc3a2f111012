{# Written by `python -m data_quality.dbt_sources`: change the contract, then write it again. #}

select unit_id
from {{ ref('stg_evaluation__appraisals') }}
where unit_id is not null
union
select unit_id
from {{ ref('stg_evaluation__training_budgets') }}
where unit_id is not null
union
select unit_id
from {{ ref('stg_feedback__complaints') }}
where unit_id is not null
union
select unit_id
from {{ ref('stg_feedback__service_requests') }}
where unit_id is not null
union
select unit_id
from {{ ref('stg_feedback__survey_responses') }}
where unit_id is not null
union
select unit_id
from {{ ref('stg_hr__employees') }}
where unit_id is not null
