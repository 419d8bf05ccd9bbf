-- Why a file that an alert names stays on the video network; null: it may come.
ALTER TABLE desk.evidence ADD COLUMN withheld text;
