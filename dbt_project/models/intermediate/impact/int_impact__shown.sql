{#
    Of what is refused no estimate is shown, nor those that test it. The trend before the training is, where it is the
    reason: it is the proof.
#}
select
    programme_id,
    outcome,
    verdict not like 'refused%' as is_effect_shown,
    verdict not like 'refused%' or verdict = 'refused_pretrend' as is_trend_shown
from {{ ref('stg_impact__estimates') }}
where is_primary
