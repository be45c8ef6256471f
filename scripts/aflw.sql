-- The faces of AFLW's database as the CSV that Revisage reads: sqlite3 -csv -header data/aflw.sqlite < scripts/aflw.sql > aflw.csv
SELECT
  'data/flickr/' || i.filepath AS FILENAME,
  r.x AS FACE_X, r.y AS FACE_Y, r.w AS FACE_WIDTH, r.h AS FACE_HEIGHT,
  max(CASE WHEN t.descr = 'LeftBrowLeftCorner' THEN c.x END) AS LeftBrowLeftCorner_X, max(CASE WHEN t.descr = 'LeftBrowLeftCorner' THEN c.y END) AS LeftBrowLeftCorner_Y,
  max(CASE WHEN t.descr = 'LeftBrowCenter' THEN c.x END) AS LeftBrowCenter_X, max(CASE WHEN t.descr = 'LeftBrowCenter' THEN c.y END) AS LeftBrowCenter_Y,
  max(CASE WHEN t.descr = 'LeftBrowRightCorner' THEN c.x END) AS LeftBrowRightCorner_X, max(CASE WHEN t.descr = 'LeftBrowRightCorner' THEN c.y END) AS LeftBrowRightCorner_Y,
  max(CASE WHEN t.descr = 'RightBrowLeftCorner' THEN c.x END) AS RightBrowLeftCorner_X, max(CASE WHEN t.descr = 'RightBrowLeftCorner' THEN c.y END) AS RightBrowLeftCorner_Y,
  max(CASE WHEN t.descr = 'RightBrowCenter' THEN c.x END) AS RightBrowCenter_X, max(CASE WHEN t.descr = 'RightBrowCenter' THEN c.y END) AS RightBrowCenter_Y,
  max(CASE WHEN t.descr = 'RightBrowRightCorner' THEN c.x END) AS RightBrowRightCorner_X, max(CASE WHEN t.descr = 'RightBrowRightCorner' THEN c.y END) AS RightBrowRightCorner_Y,
  max(CASE WHEN t.descr = 'LeftEyeLeftCorner' THEN c.x END) AS LeftEyeLeftCorner_X, max(CASE WHEN t.descr = 'LeftEyeLeftCorner' THEN c.y END) AS LeftEyeLeftCorner_Y,
  max(CASE WHEN t.descr = 'LeftEyeCenter' THEN c.x END) AS LeftEyeCenter_X, max(CASE WHEN t.descr = 'LeftEyeCenter' THEN c.y END) AS LeftEyeCenter_Y,
  max(CASE WHEN t.descr = 'LeftEyeRightCorner' THEN c.x END) AS LeftEyeRightCorner_X, max(CASE WHEN t.descr = 'LeftEyeRightCorner' THEN c.y END) AS LeftEyeRightCorner_Y,
  max(CASE WHEN t.descr = 'RightEyeLeftCorner' THEN c.x END) AS RightEyeLeftCorner_X, max(CASE WHEN t.descr = 'RightEyeLeftCorner' THEN c.y END) AS RightEyeLeftCorner_Y,
  max(CASE WHEN t.descr = 'RightEyeCenter' THEN c.x END) AS RightEyeCenter_X, max(CASE WHEN t.descr = 'RightEyeCenter' THEN c.y END) AS RightEyeCenter_Y,
  max(CASE WHEN t.descr = 'RightEyeRightCorner' THEN c.x END) AS RightEyeRightCorner_X, max(CASE WHEN t.descr = 'RightEyeRightCorner' THEN c.y END) AS RightEyeRightCorner_Y,
  max(CASE WHEN t.descr = 'LeftEar' THEN c.x END) AS LeftEar_X, max(CASE WHEN t.descr = 'LeftEar' THEN c.y END) AS LeftEar_Y,
  max(CASE WHEN t.descr = 'NoseLeft' THEN c.x END) AS NoseLeft_X, max(CASE WHEN t.descr = 'NoseLeft' THEN c.y END) AS NoseLeft_Y,
  max(CASE WHEN t.descr = 'NoseCenter' THEN c.x END) AS NoseCenter_X, max(CASE WHEN t.descr = 'NoseCenter' THEN c.y END) AS NoseCenter_Y,
  max(CASE WHEN t.descr = 'NoseRight' THEN c.x END) AS NoseRight_X, max(CASE WHEN t.descr = 'NoseRight' THEN c.y END) AS NoseRight_Y,
  max(CASE WHEN t.descr = 'RightEar' THEN c.x END) AS RightEar_X, max(CASE WHEN t.descr = 'RightEar' THEN c.y END) AS RightEar_Y,
  max(CASE WHEN t.descr = 'MouthLeftCorner' THEN c.x END) AS MouthLeftCorner_X, max(CASE WHEN t.descr = 'MouthLeftCorner' THEN c.y END) AS MouthLeftCorner_Y,
  max(CASE WHEN t.descr = 'MouthCenter' THEN c.x END) AS MouthCenter_X, max(CASE WHEN t.descr = 'MouthCenter' THEN c.y END) AS MouthCenter_Y,
  max(CASE WHEN t.descr = 'MouthRightCorner' THEN c.x END) AS MouthRightCorner_X, max(CASE WHEN t.descr = 'MouthRightCorner' THEN c.y END) AS MouthRightCorner_Y,
  max(CASE WHEN t.descr = 'ChinCenter' THEN c.x END) AS ChinCenter_X, max(CASE WHEN t.descr = 'ChinCenter' THEN c.y END) AS ChinCenter_Y
FROM Faces f
JOIN FaceImages i ON i.file_id = f.file_id
LEFT JOIN FaceRect r ON r.face_id = f.face_id
LEFT JOIN FeatureCoords c ON c.face_id = f.face_id
LEFT JOIN FeatureCoordTypes t ON t.feature_id = c.feature_id
GROUP BY f.face_id
ORDER BY i.filepath, f.face_id;
